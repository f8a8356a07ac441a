# The contents page of Sinapsi: every public name, oldest network first.
# `__init__.py` reads this file, so each line must be `from <module> import <name> as <name>`.

# 1  Neuron
from sinapsi.linear.neuron import Neuron as Neuron

# 2  Perceptron
from sinapsi.linear.perceptron import Perceptron as Perceptron
from sinapsi.linear.separability import linear_separability as linear_separability

# 3  Adaline and multilayer perceptron
from sinapsi.linear.adaline_regressor import AdalineRegressor as AdalineRegressor
from sinapsi.linear.adaline_classifier import AdalineClassifier as AdalineClassifier
from sinapsi.feedforward.mlp_regressor import MLPRegressor as MLPRegressor
from sinapsi.feedforward.mlp_classifier import MLPClassifier as MLPClassifier

# 4  Radial basis function networks
from sinapsi.radial.rbf_regressor import RBFRegressor as RBFRegressor
from sinapsi.radial.rbf_classifier import RBFClassifier as RBFClassifier
from sinapsi.radial.grnn_regressor import GRNNRegressor as GRNNRegressor
from sinapsi.radial.pnn_classifier import PNNClassifier as PNNClassifier

# 5  Extreme learning machines
from sinapsi.extreme.elm_regressor import ELMRegressor as ELMRegressor
from sinapsi.extreme.elm_classifier import ELMClassifier as ELMClassifier
from sinapsi.comparisons.elm_and_backpropagation import compare_with_backpropagation as compare_with_backpropagation

# 6  Self-organizing maps
from sinapsi.maps.self_organizing_map import SelfOrganizingMap as SelfOrganizingMap

# 7  Hopfield networks
from sinapsi.memories.hopfield import HopfieldNetwork as HopfieldNetwork
from sinapsi.memories.dense_memory import DenseAssociativeMemory as DenseAssociativeMemory
from sinapsi.memories.modern_hopfield import ModernHopfieldNetwork as ModernHopfieldNetwork
from sinapsi.memories.diagnosis import capacity_curve as capacity_curve
from sinapsi.memories.diagnosis import basin_of_attraction as basin_of_attraction
from sinapsi.memories.state_census import spurious_states as spurious_states
from sinapsi.memories.diagnosis import damage as damage
from sinapsi.memories.diagnosis import dreaming_curve as dreaming_curve

# 8  Boltzmann machines
from sinapsi.energy.boltzmann_machine import BoltzmannMachine as BoltzmannMachine
from sinapsi.energy.restricted_boltzmann_machine import RestrictedBoltzmannMachine as RestrictedBoltzmannMachine
from sinapsi.energy.rbm_classifier import RBMClassifier as RBMClassifier

# 9  Deep networks of restricted Boltzmann machines
from sinapsi.energy.deep.dbn_regressor import DBNRegressor as DBNRegressor
from sinapsi.energy.deep.dbn_classifier import DBNClassifier as DBNClassifier
from sinapsi.energy.deep.deep_belief_network import DeepBeliefNetwork as DeepBeliefNetwork
from sinapsi.energy.deep.deep_autoencoder import DeepAutoencoder as DeepAutoencoder
from sinapsi.comparisons.few_labels import few_label_study as few_label_study

# Models in files, without pickle
from sinapsi.persistence import save as save
from sinapsi.persistence import load as load

# The common vocabulary
from sinapsi import activations as activations
from sinapsi import losses as losses
from sinapsi import schedules as schedules
from sinapsi import stopping as stopping
from sinapsi import history as history
from sinapsi import exceptions as exceptions
from sinapsi import datasets as datasets
from sinapsi import plots as plots

__version__: str
_CONTENTS: dict[str, str]
