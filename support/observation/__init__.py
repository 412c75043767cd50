"""What was said and seen while a scenario ran: the wire log, its masking, evidence for verdicts."""
