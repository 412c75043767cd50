"""Records of a scenario: the wire log, its masking, and evidence for verdicts."""
