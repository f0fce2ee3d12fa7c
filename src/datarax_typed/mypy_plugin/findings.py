"""What the plugin has to say."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a config would refuse.

    Attributes:
        fields: the fields, or their paths, that it is about.
        text: what is wrong, as the error at run time says it.
        rule: the broken rule as it is written.
    """

    fields: tuple[str, ...]
    text: str
    rule: str

    def __str__(self) -> str:
        return f"{self.text} (rule: {self.rule})" if self.rule else self.text


__all__ = ["Finding"]
