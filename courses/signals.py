"""What courses ask the apps on their right."""

from django.dispatch import Signal

# A course changes. The one receiver makes the change and answers whether it is done, or what it would do to sessions
# and waits for a second click (`scheduling.consequences.Trial`). Arguments: change (callable), shown and facts, as
# `scheduling.consequences.change_facts` takes them.
changing_course = Signal()

# A course is to be taught in another way. Receivers answer with a sentence when something of the old way is still
# planned or under way, and with nothing otherwise. Arguments: course.
changing_delivery = Signal()
