"""Step `openapi` of `cargo xtask ci`: the documents are valid OpenAPI, and each of their samples fits its schema."""

import json
import sys

from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate


def samples(document):
    """Every sample with the schema of its place."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            places = [("answer", operation["responses"]["200"])]
            if "requestBody" in operation:
                places.append(("request", operation["requestBody"]))
            for place, holder in places:
                for content in holder["content"].values():
                    for name, example in content.get("examples", {}).items():
                        yield f"{method.upper()} {path} {name} {place}", example["value"], content["schema"]


def look(path):
    """Looks at one document; gives the number of its samples."""
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    validate(document)
    count = 0
    failures = []
    for where, sample, schema in samples(document):
        count += 1
        checked = {**schema, "components": document["components"]}
        failures += [f"{where}: {error.message}" for error in OAS31Validator(checked).iter_errors(sample)]
    if failures:
        sys.exit("\n".join(failures))
    print(f"{path}: valid, and {count} samples fit their schemas")
    return count


if not sum(look(path) for path in sys.argv[1:]):
    sys.exit("there are no samples")
