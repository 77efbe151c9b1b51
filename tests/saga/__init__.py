"""Tests of how a plan is carried out."""
