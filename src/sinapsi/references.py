"""Where each network was first described; printed by ``sinapsi cite``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reference:
    """A publication.

    Parameters
    ----------
    authors : str
        "Family, Given" joined by " and ", as BibTeX wants.
    year : int
        Year of publication.
    title : str
        Title.
    where : str
        Journal with volume and pages, or publisher.

    Examples
    --------
    >>> print(Reference("Rosenblatt, Frank", 1958, "The perceptron", "Psychological Review 65(6), 386-408"))
    Rosenblatt, Frank (1958). The perceptron. Psychological Review 65(6), 386-408.
    """

    authors: str
    year: int
    title: str
    where: str

    @property
    def key(self) -> str:
        """BibTeX key: first family name and year, for example ``rosenblatt1958``."""
        family = self.authors.split(",")[0]
        return "".join(letter for letter in family.lower() if letter.isalpha()) + str(self.year)

    def __str__(self) -> str:
        return f"{self.authors} ({self.year}). {self.title}. {self.where}."

    def bibtex(self) -> str:
        """Give the BibTeX entry.

        Returns
        -------
        str
            An ``@misc`` entry; ``where`` goes into ``howpublished``, so nothing is invented.
        """
        return (
            f"@misc{{{self.key},\n  author = {{{self.authors}}},\n  title = {{{self.title}}},\n"
            f"  year = {{{self.year}}},\n  howpublished = {{{self.where}}}\n}}"
        )


MCCULLOCH_PITTS_1943 = Reference(
    "McCulloch, Warren S. and Pitts, Walter",
    1943,
    "A logical calculus of the ideas immanent in nervous activity",
    "Bulletin of Mathematical Biophysics 5, 115-133",
)
ROSENBLATT_1958 = Reference(
    "Rosenblatt, Frank",
    1958,
    "The perceptron: a probabilistic model for information storage and organization in the brain",
    "Psychological Review 65(6), 386-408",
)
DUDA_HART_1973 = Reference(
    "Duda, Richard O. and Hart, Peter E.", 1973, "Pattern Classification and Scene Analysis", "Wiley"
)
WIDROW_HOFF_1960 = Reference(
    "Widrow, Bernard and Hoff, Marcian E.",
    1960,
    "Adaptive switching circuits",
    "IRE WESCON Convention Record 4, 96-104",
)
RUMELHART_1986 = Reference(
    "Rumelhart, David E. and Hinton, Geoffrey E. and Williams, Ronald J.",
    1986,
    "Learning representations by back-propagating errors",
    "Nature 323, 533-536",
)
NOVIKOFF_1962 = Reference(
    "Novikoff, Albert B. J.",
    1962,
    "On convergence proofs on perceptrons",
    "Proceedings of the Symposium on the Mathematical Theory of Automata 12, 615-622",
)
GALLANT_1990 = Reference(
    "Gallant, Stephen I.",
    1990,
    "Perceptron-based learning algorithms",
    "IEEE Transactions on Neural Networks 1(2), 179-191",
)
FREUND_SCHAPIRE_1999 = Reference(
    "Freund, Yoav and Schapire, Robert E.",
    1999,
    "Large margin classification using the perceptron algorithm",
    "Machine Learning 37(3), 277-296",
)
NAGUMO_NODA_1967 = Reference(
    "Nagumo, Jin-Ichi and Noda, Atsuhiko",
    1967,
    "A learning method for system identification",
    "IEEE Transactions on Automatic Control 12(3), 282-287",
)
HAYKIN_2002 = Reference("Haykin, Simon", 2002, "Adaptive Filter Theory", "Prentice Hall, 4th edition")
MARQUARDT_1963 = Reference(
    "Marquardt, Donald W.",
    1963,
    "An algorithm for least-squares estimation of nonlinear parameters",
    "Journal of the Society for Industrial and Applied Mathematics 11(2), 431-441",
)
MOLLER_1993 = Reference(
    "Moller, Martin F.",
    1993,
    "A scaled conjugate gradient algorithm for fast supervised learning",
    "Neural Networks 6(4), 525-533",
)
IGEL_HUSKEN_2000 = Reference(
    "Igel, Christian and Husken, Michael",
    2000,
    "Improving the Rprop learning algorithm",
    "Second International Symposium on Neural Computation, 115-121",
)
MACKAY_1992 = Reference(
    "MacKay, David J. C.",
    1992,
    "A practical Bayesian framework for backpropagation networks",
    "Neural Computation 4(3), 448-472",
)
KINGMA_BA_2015 = Reference(
    "Kingma, Diederik P. and Ba, Jimmy",
    2015,
    "Adam: a method for stochastic optimization",
    "International Conference on Learning Representations",
)
LIU_NOCEDAL_1989 = Reference(
    "Liu, Dong C. and Nocedal, Jorge",
    1989,
    "On the limited memory BFGS method for large scale optimization",
    "Mathematical Programming 45, 503-528",
)
SPECHT_1990 = Reference("Specht, Donald F.", 1990, "Probabilistic neural networks", "Neural Networks 3(1), 109-118")
SPECHT_1991 = Reference(
    "Specht, Donald F.",
    1991,
    "A general regression neural network",
    "IEEE Transactions on Neural Networks 2(6), 568-576",
)
BROOMHEAD_LOWE_1988 = Reference(
    "Broomhead, David S. and Lowe, David",
    1988,
    "Multivariable functional interpolation and adaptive networks",
    "Complex Systems 2, 321-355",
)
MICCHELLI_1986 = Reference(
    "Micchelli, Charles A.",
    1986,
    "Interpolation of scattered data: distance matrices and conditionally positive definite functions",
    "Constructive Approximation 2, 11-22",
)
MOODY_DARKEN_1989 = Reference(
    "Moody, John and Darken, Christian J.",
    1989,
    "Fast learning in networks of locally-tuned processing units",
    "Neural Computation 1(2), 281-294",
)
CHEN_COWAN_GRANT_1991 = Reference(
    "Chen, Sheng and Cowan, Colin F. N. and Grant, Peter M.",
    1991,
    "Orthogonal least squares learning algorithm for radial basis function networks",
    "IEEE Transactions on Neural Networks 2(2), 302-309",
)
HUANG_ZHU_SIEW_2006 = Reference(
    "Huang, Guang-Bin and Zhu, Qin-Yu and Siew, Chee-Kheong",
    2006,
    "Extreme learning machine: theory and applications",
    "Neurocomputing 70, 489-501",
)
PAO_PARK_SOBAJIC_1994 = Reference(
    "Pao, Yoh-Han and Park, Gwang-Hoon and Sobajic, Dejan J.",
    1994,
    "Learning and generalization characteristics of the random vector functional-link net",
    "Neurocomputing 6(2), 163-180",
)
MICHE_2010 = Reference(
    "Miche, Yoan and Sorjamaa, Antti and Bas, Patrick and Simula, Olli and Jutten, Christian and Lendasse, Amaury",
    2010,
    "OP-ELM: optimally pruned extreme learning machine",
    "IEEE Transactions on Neural Networks 21(1), 158-162",
)
ZHU_MIAO_QING_2014 = Reference(
    "Zhu, Wentao and Miao, Jun and Qing, Laiyun",
    2014,
    "Constrained extreme learning machine: a novel highly discriminative random feedforward neural network",
    "International Joint Conference on Neural Networks, 800-807",
)
MCDONNELL_2015 = Reference(
    "McDonnell, Mark D. and Tissera, Migel D. and Vladusich, Tony and van Schaik, Andre and Tapson, Jonathan",
    2015,
    "Fast, simple and accurate handwritten digit classification by training shallow neural network classifiers with "
    "the 'extreme learning machine' algorithm",
    "PLoS ONE 10(8), e0134254",
)
KOHONEN_1982 = Reference(
    "Kohonen, Teuvo",
    1982,
    "Self-organized formation of topologically correct feature maps",
    "Biological Cybernetics 43(1), 59-69",
)
KOHONEN_2001 = Reference("Kohonen, Teuvo", 2001, "Self-Organizing Maps", "Springer, 3rd edition")
KOHONEN_2013 = Reference("Kohonen, Teuvo", 2013, "Essentials of the self-organizing map", "Neural Networks 37, 52-65")
HEBB_1949 = Reference("Hebb, Donald O.", 1949, "The Organization of Behavior", "Wiley")
HOPFIELD_1982 = Reference(
    "Hopfield, John J.",
    1982,
    "Neural networks and physical systems with emergent collective computational abilities",
    "Proceedings of the National Academy of Sciences 79(8), 2554-2558",
)
HOPFIELD_FEINSTEIN_PALMER_1983 = Reference(
    "Hopfield, John J. and Feinstein, David I. and Palmer, Richard G.",
    1983,
    "Unlearning has a stabilizing effect in collective memories",
    "Nature 304, 158-159",
)
PERSONNAZ_GUYON_DREYFUS_1985 = Reference(
    "Personnaz, L. and Guyon, I. and Dreyfus, G.",
    1985,
    "Information storage and retrieval in spin-glass like neural networks",
    "Journal de Physique Lettres 46(8), 359-365",
)
DIEDERICH_OPPER_1987 = Reference(
    "Diederich, Sigurd and Opper, Manfred",
    1987,
    "Learning of correlated patterns in spin-glass networks by local learning rules",
    "Physical Review Letters 58(9), 949-952",
)
STORKEY_1997 = Reference(
    "Storkey, Amos J.",
    1997,
    "Increasing the capacity of a Hopfield network without sacrificing functionality",
    "International Conference on Artificial Neural Networks, 451-456",
)
KROTOV_HOPFIELD_2016 = Reference(
    "Krotov, Dmitry and Hopfield, John J.",
    2016,
    "Dense associative memory for pattern recognition",
    "Advances in Neural Information Processing Systems 29",
)
DEMIRCIGIL_2017 = Reference(
    "Demircigil, Mete and Heusel, Judith and Löwe, Matthias and Upgang, Sven and Vermet, Franck",
    2017,
    "On a model of associative memory with huge storage capacity",
    "Journal of Statistical Physics 168, 288-299",
)
RAMSAUER_2021 = Reference(
    "Ramsauer, Hubert and others",
    2021,
    "Hopfield networks is all you need",
    "International Conference on Learning Representations",
)
ACKLEY_HINTON_SEJNOWSKI_1985 = Reference(
    "Ackley, David H. and Hinton, Geoffrey E. and Sejnowski, Terrence J.",
    1985,
    "A learning algorithm for Boltzmann machines",
    "Cognitive Science 9(1), 147-169",
)
SMOLENSKY_1986 = Reference(
    "Smolensky, Paul",
    1986,
    "Information processing in dynamical systems: foundations of harmony theory",
    "Parallel Distributed Processing 1, 194-281, MIT Press",
)
NEAL_2001 = Reference("Neal, Radford M.", 2001, "Annealed importance sampling", "Statistics and Computing 11, 125-139")
HINTON_2002 = Reference(
    "Hinton, Geoffrey E.",
    2002,
    "Training products of experts by minimizing contrastive divergence",
    "Neural Computation 14(8), 1771-1800",
)
TIELEMAN_2008 = Reference(
    "Tieleman, Tijmen",
    2008,
    "Training restricted Boltzmann machines using approximations to the likelihood gradient",
    "International Conference on Machine Learning, 1064-1071",
)
SALAKHUTDINOV_MURRAY_2008 = Reference(
    "Salakhutdinov, Ruslan and Murray, Iain",
    2008,
    "On the quantitative analysis of deep belief networks",
    "International Conference on Machine Learning, 872-879",
)
SALAKHUTDINOV_HINTON_2009 = Reference(
    "Salakhutdinov, Ruslan and Hinton, Geoffrey",
    2009,
    "Deep Boltzmann machines",
    "International Conference on Artificial Intelligence and Statistics, 448-455",
)
HINTON_2012 = Reference(
    "Hinton, Geoffrey E.",
    2012,
    "A practical guide to training restricted Boltzmann machines",
    "Neural Networks: Tricks of the Trade, Lecture Notes in Computer Science 7700, 599-619",
)
MELCHIOR_FISCHER_WISKOTT_2016 = Reference(
    "Melchior, Jan and Fischer, Asja and Wiskott, Laurenz",
    2016,
    "How to center deep Boltzmann machines",
    "Journal of Machine Learning Research 17(99), 1-61",
)
LAROCHELLE_BENGIO_2008 = Reference(
    "Larochelle, Hugo and Bengio, Yoshua",
    2008,
    "Classification using discriminative restricted Boltzmann machines",
    "International Conference on Machine Learning, 536-543",
)
NAIR_HINTON_2010 = Reference(
    "Nair, Vinod and Hinton, Geoffrey E.",
    2010,
    "Rectified linear units improve restricted Boltzmann machines",
    "International Conference on Machine Learning, 807-814",
)
HINTON_OSINDERO_TEH_2006 = Reference(
    "Hinton, Geoffrey E. and Osindero, Simon and Teh, Yee-Whye",
    2006,
    "A fast learning algorithm for deep belief nets",
    "Neural Computation 18(7), 1527-1554",
)
HINTON_SALAKHUTDINOV_2006 = Reference(
    "Hinton, Geoffrey E. and Salakhutdinov, Ruslan R.",
    2006,
    "Reducing the dimensionality of data with neural networks",
    "Science 313(5786), 504-507",
)
BENGIO_2007 = Reference(
    "Bengio, Yoshua and Lamblin, Pascal and Popovici, Dan and Larochelle, Hugo",
    2007,
    "Greedy layer-wise training of deep networks",
    "Advances in Neural Information Processing Systems 19, 153-160",
)
