"""An environment in which a production house may start."""

PRODUCTION = {
    "SIGHTLINE_ENV": "production",
    "SECRET_KEY": "q7Zr1vW0xL9mN4kT8sB2cH6jD3fG5pY7uE1aI0oR9tQ4wX8zCkV5bM2nJ",
    "PUBLIC_URL": "https://sightline.example",
    "DATABASE_URL": "postgresql://sightline:pass@database.example/sightline",
    "EMAIL_URL": "smtp://mailer:pass@mail.example:587",
    "EMAIL_FROM": "Sightline <hello@sightline.example>",
    "METRICS_TOKEN": "m3tr1cs-0123456789abcdef0123456789abcdef",
}
