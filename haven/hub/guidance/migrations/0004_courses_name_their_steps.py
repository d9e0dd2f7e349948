"""Which courses teach a step is said by the courses alone (learning/content/courses)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("guidance", "0003_six_languages")]

    operations = [migrations.RemoveField(model_name="guidestep", name="courses")]
