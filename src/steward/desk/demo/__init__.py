"""The demo practice: two sites, four providers, eighteen staff, twelve months, built from one seed through the bulk services.

Nothing here writes a row itself. Remittances and bank files are written in their real formats by a small payer and a small bank, and
come in through the same importers as anybody's files.
"""
