"""Where batches of examples come from, when there are more than memory holds.

A source is cut into *shards* (:func:`shards_of`), each of which gives its batches anew as often as it is asked and can
be sent to another process. :func:`recut` joins and cuts batches to blocks of one size, so that what is summed over
blocks does not depend on how the source was cut. :func:`naming` says in every error which shard it came from.
"""

from sinapsi.batch_sources.batch import Batch
from sinapsi.batch_sources.mapped_array import MappedArray
from sinapsi.batch_sources.parquet import COLUMN_GROUPS, PARQUET_BYTES, PARQUET_SUFFIXES, ParquetShard
from sinapsi.batch_sources.recutting import recut
from sinapsi.batch_sources.shards import (
    BLOCK_BYTES,
    ArrayShard,
    CallableShard,
    IterableShard,
    IteratorShard,
    Shard,
    naming,
)
from sinapsi.batch_sources.source import WHAT_A_SOURCE_MAY_BE, shards_of

__all__ = [
    "BLOCK_BYTES",
    "COLUMN_GROUPS",
    "PARQUET_BYTES",
    "PARQUET_SUFFIXES",
    "WHAT_A_SOURCE_MAY_BE",
    "ArrayShard",
    "Batch",
    "CallableShard",
    "IterableShard",
    "IteratorShard",
    "MappedArray",
    "ParquetShard",
    "Shard",
    "naming",
    "recut",
    "shards_of",
]
