"""News of scheduling for the apps on its right; always sent inside the action's transaction."""

from django.dispatch import Signal

# Asked before an action locks: receivers return the keys of further persons whose calendar the action may
# touch (who waits for a seat, or holds one without bookings; who wants a course of which a draft is opened), so that
# all persons are locked at once, in the order of their keys.
# Arguments: session_ids, opening (keys of those of them that are drafts and will be opened).
collecting_persons = Signal()

# Sessions were cancelled, their bookings are gone. Arguments: sessions (list), reason, by.
sessions_cancelled = Signal()

# A session has new times, places, trainers, or another link or note. Arguments: session, meetings (list),
# old_starts_at, on_new_days (whether it meets on a day on which it did not), clashing_person_ids (list of trainees
# whose bookings could not move along), takes_back (whether it is the change before that is taken back), by.
session_moved = Signal()

# Sessions have another number of seats. Arguments: sessions (list), by.
seats_changed = Signal()

# A plan would leave fewer seats than people who hold one: receivers return a `headcounts.Beyond`, who would sit beyond
# the limit and whether that person may let them. Arguments: session, seats, by.
crowding_out = Signal()

# So it was done, with a reason: everybody keeps the seat, the last marked as beyond the limit. Arguments: session, by,
# reason.
seats_exceeded = Signal()

# Drafts became visible. Arguments: sessions (list), steps (by session; news keeps its step's `cause`), by.
sessions_published = Signal()

# Planners' pages ask how many people a session has: receivers return a `headcounts.Headcount` by session key.
# Arguments: session_ids (list).
counting_people = Signal()

# A step is about to be rehearsed: receivers return a function that, called after it in the same transaction, gives
# the `rehearsal.Effect`s on people, and the `rehearsal.Deadline`s that they have then. Arguments: session_ids (list).
rehearsing = Signal()
