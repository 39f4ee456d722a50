"""What the executions prove, for a person who was not there: bundles, history, controls. Reads the journal, changes nothing."""
