"""What is only true beyond one machine: workers that share a database, a broker and an object store, and no disk."""
