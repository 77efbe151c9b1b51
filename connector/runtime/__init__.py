"""The service layer: wires adapters and drives the saga; decides nothing about billing."""
