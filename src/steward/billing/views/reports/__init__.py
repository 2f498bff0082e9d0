"""Reports of billing: the figures on one page, each report with its formula and proof, the rows behind, files and papers."""
