"""Jobs: work too long for a request.

Words: a *job* is asked for by somebody, runs in the job worker, shows done of total, can be cancelled, and ends with
a result link or a reason. A *kind* is a name in the list ``settings.STEWARD_JOBS`` that points to a plain function
``f(work, **args)``.
*Scheduled* work is a kind with a time of day.

Invariants: a job asked for once runs to one end, whatever dies meanwhile; a job whose worker died is taken up again
if its kind may be repeated, else it says so; arguments are uids and plain values, never personal data.
"""
