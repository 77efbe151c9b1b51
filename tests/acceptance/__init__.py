"""The main job over real HTTP: issue by issue what must be seen."""
