"""What a page says of its report: title, issuer, year, date of publication, division."""
