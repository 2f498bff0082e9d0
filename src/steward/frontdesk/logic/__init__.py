"""Pure rules of the front desk: five-minute slots, openings of a day, and the day drawn as a grid."""
