"""The demo, step by step."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from flax import nnx
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from datarax_typed.core.element_batch import Batch
from datarax_typed.core.stage_table import print_stages
from datarax_typed.core.stages import trace_stages
from datarax_typed.demo.data import Scene, Scenes
from datarax_typed.demo.figures import contact_sheet, loss_curve
from datarax_typed.demo.learned import learned_table
from datarax_typed.demo.mistakes import mistakes
from datarax_typed.demo.model import EncodeOperator
from datarax_typed.demo.training import (
    BATCH,
    Step,
    Trainer,
    bit_equal,
    load,
    new_trainer,
    save,
    train,
)
from datarax_typed.operators.compose.composite import chain

# Records of the contact sheet: astronaut, coffee, colour wheel, horse, camera, cell.
SHOWN: Final = (0, 2, 12, 6, 8, 13)

CHECK: Final = """\
datarax-typed check datarax_typed.demo.pipeline:pipeline --spec 'image=u8[h,w,3]' \\
  --spec 'mask=bool[h,w]' --spec 'boxes=f32[n,4]' --spec 'tokens=i32[words]' \\
  --spec 'sound=f32[64*frames]'"""


class DemoFailedError(Exception):
    """The demo did not show what it promises."""


class Demo:
    """One run of the demo.

    Args:
        out: the folder for what is written; made where it is missing.
        steps: how many steps to train, at least 2.
        seed: of everything random.
        console: where to print.
    """

    def __init__(self, out: Path, steps: int, seed: int, console: Console) -> None:
        self.out: Path = out
        self.steps: int = steps
        self.seed: int = seed
        self.console: Console = console
        out.mkdir(parents=True, exist_ok=True)
        self.source: Scenes = Scenes()
        self.trainer: Trainer = new_trainer(self.source, seed)
        self.taken: list[Step] = []

    def show_stages(self) -> None:
        """Print what every stage takes and gives."""
        spec = self.source.element_spec()
        self._head(
            "1  The stages, traced before any data",
            f"{len(self.source)} records: pictures and captions out of scikit-image, sound out of "
            "pygame-ce. What one record is in every stage:",
        )
        print_stages(self.console, trace_stages(self.trainer.pipeline, spec))
        self.console.print(f"\nThe same for all sizes:\n{CHECK}", markup=False, soft_wrap=True)

    def train_with_checkpoint(self) -> None:
        """Train, and save the state in the middle."""
        self._head(
            "2  Operators and model learn together",
            "The loss asks which caption of a batch belongs to which picture and sound. Its "
            "gradients reach the model and the operators before and after it:",
        )
        half, before = self.steps // 2, self._parameters()
        self.taken = self._train(self.trainer, range(half), "first half ")
        save(self.trainer.get_state(), self.checkpoint)
        self.taken += self._train(self.trainer, range(half, self.steps), "second half")
        table = learned_table(
            self.trainer.pipeline, before, self.taken[0].gradients, self._parameters()
        )
        self.console.print(Padding(table, (1, 0, 1, 0)))
        self._say(told_fall(self._losses(self.taken)))

    def restore_and_continue(self) -> None:
        """Restore the state of the middle into fresh objects, and train on."""
        self._head(
            "3  A restored run is the same run",
            f"Everything is made anew with another seed, takes over {self.checkpoint}, and makes "
            "the second half again:",
        )
        fresh = new_trainer(self.source, self.seed + 1)
        fresh.set_state(load(self.checkpoint))
        again = self._train(fresh, range(self.steps // 2, self.steps), "again      ")
        expected = self.taken[self.steps // 2 :]
        if not bit_equal(again, expected):
            raise DemoFailedError("the losses after the restore are not those of before")
        if not bit_equal(fresh.get_state(), self.trainer.get_state()):
            raise DemoFailedError("the state after the restored run is not that of before")
        self._say(
            f"Bit-equal: {len(again)} losses, their gradients, and all of the final state: "
            "parameters, optimiser, random streams and counts."
        )
        loss_curve(self.out / "loss.png", self._losses(self.taken), self._losses(again), BATCH)

    def draw(self) -> None:
        """Write the contact sheet."""
        self._head(
            "4  What the operators do",
            "The operators up to the model, with what they have learned. Masks and boxes turn with "
            "their pictures, words are hidden, sound gets louder and noisy:",
        )
        length = len(self.source)
        index = [self.steps * length + record for record in SHOWN]
        before = Batch.stack([self.source[record] for record in SHOWN], index=index)
        stages = list(self.trainer.pipeline.stages)
        model = next(at for at, stage in enumerate(stages) if isinstance(stage, EncodeOperator))
        after = chain(*stages[:model])(before)
        sheet = self.out / "contact_sheet.png"
        contact_sheet(sheet, before, after, self.source.vocabulary, self.source.rate_hz)
        hidden = "; ".join(self._caption(after, row) for row in range(2))
        self._say(f"Captions now: {hidden}.\nWritten: {sheet} and {self.out / 'loss.png'}")

    def _caption(self, batch: Batch[Scene], row: int) -> str:
        return self.source.vocabulary.decode(np.asarray(batch.data["tokens"][row]))

    def make_mistakes(self) -> None:
        """Print the errors of three mistakes."""
        self._head("5  Three mistakes, and the errors that a user gets", "")
        batch = self.source.batch(0, BATCH, self.seed)
        for mistake in mistakes(self.trainer, batch, load(self.checkpoint)):
            self._say(f"[bold]{mistake.title}[/bold], noticed {mistake.noticed}:")
            lines = f"{type(mistake.error).__name__}: {mistake.error}"
            self.console.print(Padding(Text(lines, style="red"), (0, 0, 1, 4)))
        self._say("After each, nothing is half-changed.")

    @property
    def checkpoint(self) -> Path:
        """The file that holds the state of the middle."""
        return self.out / "checkpoint.pkl"

    def _parameters(self) -> object:
        state: object = nnx.to_pure_dict(nnx.state(self.trainer.pipeline, nnx.Param))
        return state

    def _train(self, trainer: Trainer, steps: range, label: str) -> list[Step]:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[loss]}"),
        )
        with Progress(*columns, console=self.console) as bar:
            task = bar.add_task(label, total=len(steps), loss="")
            return train(
                trainer,
                self.source,
                steps,
                self.seed,
                lambda step: bar.update(task, advance=1, loss=f"loss {step.loss:.3f}"),
            )

    @staticmethod
    def _losses(steps: Sequence[Step]) -> list[float]:
        return [float(step.loss) for step in steps]

    def _head(self, title: str, text: str) -> None:
        self.console.print(f"\n[bold cyan]{title}[/bold cyan]\n")
        if text:
            self._say(f"{text}\n")

    def _say(self, text: str) -> None:
        self.console.print(text)


def told_fall(losses: Sequence[float]) -> str:
    """Return a sentence about how the loss has fallen.

    Raises:
        DemoFailedError: it has not.
    """
    part = max(1, len(losses) // 5)
    first, last = float(np.mean(losses[:part])), float(np.mean(losses[-part:]))
    told = (
        f"Mean loss: {first:.3f} in the first {part} of {len(losses)} steps, {last:.3f} in the "
        f"last (chance: {np.log(BATCH):.3f})."
    )
    if not last < first:
        raise DemoFailedError(f"{told} It did not fall; give more --steps")
    return told


def run(out: str | Path, *, steps: int, seed: int) -> None:
    """Run the demo.

    Args:
        out: the folder for what is written; made where it is missing.
        steps: how many steps to train, at least 2.
        seed: of everything random.

    Raises:
        DemoFailedError: the loss does not fall, or a restored run is not the same run.
        OSError: the folder cannot be written to.
    """
    console = Console(highlight=False)
    demo = Demo(Path(out), steps, seed, console)
    demo.show_stages()
    demo.train_with_checkpoint()
    demo.restore_and_continue()
    demo.draw()
    demo.make_mistakes()


__all__ = ["CHECK", "Demo", "DemoFailedError", "run", "told_fall"]
