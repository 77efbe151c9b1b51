"""The service layer on fakes: each module alone, then the whole under sudden death."""
