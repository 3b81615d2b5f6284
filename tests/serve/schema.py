"""A JSON Schema, as far as the protocol's uses it."""

# What is understood. Another word in the file is an error, so that nothing is left unchecked in silence.
MEANT = {
    "$ref", "type", "properties", "required", "additionalProperties", "oneOf", "anyOf", "allOf", "const", "enum",
    "items", "minimum", "maximum", "minItems", "maxItems",
}
SAID = {"$schema", "$id", "$defs", "title", "description", "format", "default", "examples", "deprecated"}

TYPES = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


class Mismatch(Exception):
    """A value does not fit."""


class Schema:
    """A document whose parts refer to each other."""

    def __init__(self, document):
        self.document = document
        self.understood = set()

    def fit(self, value, schema, where, is_closed):
        """Fails unless the value fits. A closed object has no key that the schema does not name."""
        self._understand(schema, where)
        named = self._apply(value, schema, where, is_closed)
        if is_closed and isinstance(value, dict) and named is not None:
            further = set(value) - named
            if further:
                raise Mismatch(f"{where}: not in the schema: {sorted(further)}")

    def _apply(self, value, schema, where, is_closed):
        """The keys that are spoken of; `None` where any may be there."""
        if schema is True or schema == {}:
            return None
        if schema is False:
            raise Mismatch(f"{where}: nothing fits here")
        self._plain(value, schema, where)
        named = set()
        is_named = False
        parts = schema.get("allOf", []) + ([self._resolved(schema["$ref"])] if "$ref" in schema else [])
        for part in parts:
            keys = self._apply(value, part, where, is_closed)
            if keys is not None:
                named |= keys
                is_named = True
        for word in ("oneOf", "anyOf"):
            if word in schema:
                keys = self._one(value, schema[word], where, is_closed)
                if keys is not None:
                    named |= keys
                    is_named = True
        if isinstance(value, dict):
            properties = schema.get("properties", {})
            for key, part in properties.items():
                if key in value:
                    self.fit(value[key], part, f"{where}.{key}", is_closed)
            others = schema.get("additionalProperties")
            for key in set(value) - set(properties):
                if others is False:
                    raise Mismatch(f"{where}: no key `{key}` is allowed")
                if isinstance(others, dict):
                    self.fit(value[key], others, f"{where}.{key}", is_closed)
            if others is True or isinstance(others, dict):
                return None
            named |= set(properties)
            is_named |= "properties" in schema
        if isinstance(value, list) and "items" in schema:
            for index, one in enumerate(value):
                self.fit(one, schema["items"], f"{where}[{index}]", is_closed)
        return named if is_named or schema.get("type") == "object" else None

    def _one(self, value, choices, where, is_closed):
        """What the choices that fit speak of."""
        whys, named, fits, is_open = [], set(), False, False
        for choice in choices:
            self._understand(choice, where)
            try:
                keys = self._apply(value, choice, where, is_closed)
            except Mismatch as why:
                whys.append(str(why))
                continue
            fits = True
            is_open |= keys is None
            named |= keys or set()
        if not fits:
            raise Mismatch(f"{where}: fits none of {len(choices)}: " + " | ".join(whys[:40]))
        return None if is_open else named

    def _plain(self, value, schema, where):
        types = schema.get("type", [])
        types = [types] if isinstance(types, str) else types
        if types and not any(TYPES[name](value) for name in types):
            raise Mismatch(f"{where}: {value!r} is not of type {types}")
        if "const" in schema and value != schema["const"]:
            raise Mismatch(f"{where}: {value!r} is not {schema['const']!r}")
        if "enum" in schema and value not in schema["enum"]:
            raise Mismatch(f"{where}: {value!r} is none of {schema['enum']}")
        if TYPES["number"](value):
            if value < schema.get("minimum", value) or value > schema.get("maximum", value):
                raise Mismatch(f"{where}: {value} is out of range")
        if isinstance(value, list):
            if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
                raise Mismatch(f"{where}: has {len(value)} items")
        if isinstance(value, dict):
            for key in schema.get("required", []):
                if key not in value:
                    raise Mismatch(f"{where}: `{key}` is missing")

    def _resolved(self, reference):
        part = self.document
        for step in reference.removeprefix("#/").split("/"):
            part = part[step]
        self._understand(part, reference)
        return part

    def _understand(self, schema, where):
        if not isinstance(schema, dict) or id(schema) in self.understood:
            return
        self.understood.add(id(schema))
        further = set(schema) - MEANT - SAID
        if further:
            raise Mismatch(f"the schema says {sorted(further)} at {where}, which this reader does not understand")
