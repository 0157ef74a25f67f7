"""What the web edges of our servers share: one shape of errors, security headers, bodies and bearer tokens."""
