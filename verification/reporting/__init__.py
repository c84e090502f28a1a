"""How well copies are found, counted on real pictures: for whoever changes a threshold. No part of judging anything."""
