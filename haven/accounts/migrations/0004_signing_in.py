from django.db import migrations, models

# What several processes must know of each other while people sign in: how many tries there
# were, which codes were used. Django's database cache; see CACHES in site/settings.py.
MAKE = """
CREATE TABLE accounts_cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX accounts_cache_expires ON accounts_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_agencies_and_members"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="signed_out_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunSQL(MAKE, "DROP TABLE accounts_cache"),
    ]
