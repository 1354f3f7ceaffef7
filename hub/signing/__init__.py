"""What the hub itself signs or stamps, and how it checks that."""
