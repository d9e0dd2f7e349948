"""Working through a case together: the order, leases, presence, second looks, stopping."""
