"""Every definition with the examples inside it: samples of formats, of classes, worked examples of policies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from netaudit.assess import check_policy
from netaudit.categorise import check_class_map, check_vendor
from netaudit.definitions.canaries import load_canaries
from netaudit.definitions.categories import TAXONOMY_FILE, ClassMap, categories_folder
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.known_formats import load_known_formats
from netaudit.definitions.list_source_files import load_list_sources
from netaudit.definitions.policies import SHIPPED, Policy, load_policy, policy_names, scenario_files, unclassed
from netaudit.definitions.taxonomy import read_taxonomy
from netaudit.definitions.toml_files import did_you_mean
from netaudit.errors import Problem
from netaudit.ingest import check_format
from netaudit.pipeline.audit import load_definitions
from netaudit.pipeline.scenarios import try_scenarios
from netaudit.sources import check_source


@dataclass(frozen=True, slots=True)
class Check:
    """One definition: how many examples it holds, and what is wrong with them."""

    title: str
    examples: int
    problems: tuple[Problem, ...]


def check_definitions(configuration: Configuration, today: date, tell: Callable[[Check], None]) -> list[Problem]:
    """Return all that is wrong with the definitions of a configuration, telling of each as it is checked.

    Raises:
        DefinitionError: a definition other than a format cannot be read at all.
    """
    own = [configuration.formats_folder] if configuration.formats_folder else []
    known = load_known_formats(own, thorough=True)  # what is wrong with samples is told below, line and all
    definitions = load_definitions(configuration, today)
    checks = [Check(f"format {one.path.stem}", len(one.as_far.samples), one.problems) for one in known.broken]
    checks += [Check(f"format {one.name}", len(one.samples), tuple(check_format(one))) for one in known.sound]
    class_map = definitions.class_map
    examples = sum(len(one.examples) + len(one.counter_examples) for one in class_map.taxonomy.values())
    checks.append(Check(f"{len(class_map.taxonomy)} classes of site", examples, tuple(check_class_map(class_map))))
    checks += [
        Check(f"web filter {one.name}", len(one.examples), tuple(check_vendor(one, class_map)))
        for one in class_map.vendors
    ]
    checks += _policy_checks(definitions.policy)
    checks += _story_checks(configuration, today)
    checks += _source_checks(configuration, class_map)
    for check in checks:
        tell(check)
    return [problem for check in checks for problem in check.problems]


def _policy_checks(configured: Policy) -> list[Check]:
    """Return the checks of the configured policy and of all that ship.

    A shipped one is checked as it ships: in its own zone, and against the classes that ship, because an
    organisation's own class has a use in its own policy only.
    """
    classes, _ = read_taxonomy(categories_folder() / TAXONOMY_FILE)
    shipped = [load_policy(SHIPPED / f"{name}.toml") for name in policy_names()]
    return [
        _policy_check(configured, []),
        *[
            _policy_check(policy, unclassed(policy, classes))
            for policy in shipped
            if policy.sha256 != configured.sha256
        ],
    ]


def _policy_check(policy: Policy, problems: list[Problem]) -> Check:
    examples = sum(len(rule.examples) for rule in policy.rules)
    return Check(f"policy {policy.policy_id}", examples, (*problems, *check_policy(policy)))


def _story_checks(configuration: Configuration, today: date) -> list[Check]:
    """Return the checks of the stories that come with policies."""
    overlays = [configuration.policies_folder] if configuration.policies_folder else []
    checks = []
    for path in scenario_files(overlays):
        outcomes = try_scenarios(str(path.parents[1] / path.name), path, configuration, today)
        problems = [
            Problem(f"{outcome.scenario.title}: {one}", outcome.scenario.place, "mend the story, or the policy")
            for outcome in outcomes
            for one in outcome.differences
        ]
        checks.append(Check(f"stories of policy {path.stem}", len(outcomes), tuple(problems)))
    return checks


def _source_checks(configuration: Configuration, class_map: ClassMap) -> list[Check]:
    """Return the checks of what guards imports, of all adapters, and of the addresses that lists are fetched from."""
    folders = [categories_folder(), *([configuration.categories_folder] if configuration.categories_folder else [])]
    canaries = load_canaries(folders, class_map.taxonomy)
    sources = load_list_sources(folders, class_map.taxonomy)
    problems = [
        Problem(
            f"there is no source '{name}'", f"{configuration.path}, [categories.downloads]", did_you_mean(name, sources)
        )
        for name in configuration.downloads
        if name not in sources
    ]
    guards = len(canaries.classes) + len(canaries.doubtful) + len(canaries.sites)
    return [
        Check("canaries", guards, ()),
        *[Check(f"source {one.name}", len(one.examples), tuple(check_source(one))) for one in sources.values()],
        *([Check("downloads", len(configuration.downloads), tuple(problems))] if configuration.downloads else []),
    ]
