"""One institution's facts, read from one YAML file, all faults at once."""
