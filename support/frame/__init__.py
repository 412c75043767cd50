"""The frame rule: what no act names stays as it was. What people can see is compared with the specification."""
