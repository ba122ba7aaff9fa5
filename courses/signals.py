"""What courses ask the apps on their right."""

from django.dispatch import Signal

# A course is to be taught in another way. Receivers answer with a sentence when something of the old way is still
# planned or under way, and with nothing otherwise. Arguments: course.
changing_delivery = Signal()
