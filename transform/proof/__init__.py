"""How figures are proved: identities, second sources, corrections, and the verdict."""
