"""What clients of web services share: addresses, tokens, certificates, and limits of an answer."""
