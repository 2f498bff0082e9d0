"""Claims as they leave: one value a claim, written as 837P or 837I, and the envelope around them."""
