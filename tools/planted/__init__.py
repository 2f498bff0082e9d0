"""The errors of the catalogue, planted: ``world`` is what they are planted into, the others plant one room's errors each."""
