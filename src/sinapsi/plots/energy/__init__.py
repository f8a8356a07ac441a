"""Pictures of networks with an energy: what they dream, what they make again, and how they learned."""
