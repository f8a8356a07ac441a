"""Pictures of associative memories: how a state came to rest, where recalls end, and how much can be stored."""
