"""Patients and their visits: registering, booking, checking in and out.

Words. The *patient* is seen, the *guarantor* pays what is the patient's, the *subscriber* holds the policy: three
roles of parties, often one person. An *appointment* is promised time of a provider, perhaps in a room; a *visit* is
an appointment that was kept, and either has charges or a reason why not.
Invariants. 1 No provider and no room is booked twice for one moment: `AppointmentSlot` holds one row for every five
minutes, unique by provider and by room, in the database. 2 An appointment holds slots exactly while its state is a
live one.
3 Stamps never run backwards: booked, arrived, roomed, seen, checked out. 4 A visit stands exactly when the patient
came.
"""
