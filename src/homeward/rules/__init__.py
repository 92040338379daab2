"""Rules: skills that a user writes in the household file, as expressions over signals and what shall follow."""

from homeward.rules.book import RuleBook, read_rules, rules_to_skills

__all__ = ["RuleBook", "read_rules", "rules_to_skills"]
