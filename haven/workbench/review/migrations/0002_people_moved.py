"""People and the changes of groups belong to haven.workbench.people; their tables go with them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("review", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.AlterModelTable("Person", "people_person"),
                migrations.AlterModelTable("GroupChange", "people_groupchange"),
            ],
            state_operations=[
                migrations.DeleteModel("Person"),
                migrations.DeleteModel("GroupChange"),
            ],
        )
    ]
