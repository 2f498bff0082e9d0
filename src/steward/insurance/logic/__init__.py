"""Pure rules of insurance: which coverage holds on a day, and which adjustment may post by itself."""
