"""Show a kernel's messages as JupyterLab would: fold them into cell outputs.

nbval 0.11 appends whatever arrives to the cell. JupyterLab does more: an `Output`
widget captures what is printed inside it, `clear_output` empties the cell, and
`update_display` changes an earlier output. What the stored notebook holds is what
JupyterLab (or nbclient) made of the messages, so a comparison has to do the same.
"""

from typing import Any

from nbformat import from_dict
from nbformat.v4 import output_from_msg

OUTPUTS = ("stream", "display_data", "execute_result", "error")
DRAWN_HERE = (*OUTPUTS, "clear_output", "update_display_data")


class OutputArea:
    """The outputs of one cell, or of one `Output` widget."""

    def __init__(self, outputs: list):
        self.outputs = outputs  # changed in place: nbval holds the same list
        self.clear_before_next = False

    def clear(self, wait: bool) -> None:
        """Empty the area now, or just before the next output arrives."""
        if wait:
            self.clear_before_next = True
        else:
            self.outputs.clear()

    def begin_output(self) -> None:
        """Carry out a clearing that waited for this output."""
        if self.clear_before_next:
            self.outputs.clear()
            self.clear_before_next = False

    def add(self, output: Any) -> None:
        """Append an output; text that continues the same stream joins it."""
        self.begin_output()
        last = self.outputs[-1] if self.outputs else None
        streams = last and output.output_type == last.output_type == "stream"
        if streams and output.name == last.name:
            last.text += output.text
        else:
            self.outputs.append(output)


class FrontEnd:
    """Everything on the page of one running notebook."""

    def __init__(self, kernel_client: Any):
        self.client = kernel_client
        self.cells: dict[str, OutputArea] = {}  # by the id of the cell's request
        self.widgets: dict[str, OutputArea] = {}  # `Output` widgets by comm id
        # Which widgets capture a request's outputs, by its id; the innermost last.
        self.capturing: dict[str, list[str]] = {}
        self.displays: dict[str, list[tuple[OutputArea, Any]]] = {}  # by display id
        self.reaches_back = False  # some cell changed an earlier cell's output

    def receive(self, msg: dict[str, Any], cell_outputs: list) -> bool:
        """Take one message in; tell whether it is dealt with.

        `cell_outputs` is the list of the cell that runs now. An error that no
        widget captured is left to the caller: it decides whether the cell fails.
        """
        kind, parent = msg["msg_type"], msg["parent_header"].get("msg_id", "")
        if kind == "execute_input":
            self.cells[parent] = OutputArea(cell_outputs)
        elif kind in ("comm_open", "comm_msg", "comm_close"):
            self._follow_widget(msg["content"])
        elif kind in DRAWN_HERE:
            return self._draw(kind, parent, msg)
        return False

    def _follow_widget(self, content: dict[str, Any]) -> None:
        """Learn which `Output` widget captures which request's outputs from now on."""
        comm_id = content["comm_id"]
        state = content.get("data", {}).get("state", {})
        if state.get("_model_name") == "OutputModel":
            self.widgets[comm_id] = OutputArea(list(state.get("outputs", ())))
        if "msg_id" not in state or comm_id not in self.widgets:
            return
        if state["msg_id"]:
            self.capturing.setdefault(state["msg_id"], []).append(comm_id)
        else:
            for stack in self.capturing.values():
                if comm_id in stack:
                    stack.remove(comm_id)

    def _draw(self, kind: str, parent: str, msg: dict[str, Any]) -> bool:
        if kind == "update_display_data":
            self._update(msg["content"], parent)
            return True
        captor = next(reversed(self.capturing.get(parent, ())), None)
        area = self.widgets[captor] if captor else self.cells.get(parent)
        if area is None:  # a late thread of an earlier cell, or a widget's callback
            return True
        if kind == "clear_output":
            area.clear(msg["content"].get("wait", False))
        elif kind == "error" and not captor:
            area.begin_output()
            return False
        else:
            self._add(area, msg, parent)
        if captor:
            self._tell_kernel(captor, msg)
        return True

    def _add(self, area: OutputArea, msg: dict[str, Any], parent: str) -> None:
        display_id = msg["content"].get("transient", {}).get("display_id")
        if display_id:
            self._update(msg["content"], parent)
        area.add(output_from_msg(msg))
        if display_id:
            self.displays.setdefault(display_id, []).append((area, area.outputs[-1]))

    def _update(self, content: dict[str, Any], parent: str) -> None:
        """Change every output that was displayed under this id."""
        for area, output in self.displays.get(content["transient"]["display_id"], ()):
            output.data = from_dict(content["data"])
            earlier = area is not self.cells.get(parent)
            self.reaches_back |= earlier and area in self.cells.values()

    def _tell_kernel(self, comm_id: str, cause: dict[str, Any]) -> None:
        """Give the widget in the kernel its outputs, for code that reads them."""
        state = {"outputs": self.widgets[comm_id].outputs}
        data = {"method": "update", "state": state, "buffer_paths": []}
        msg = self.client.session.msg(
            "comm_msg",
            content={"comm_id": comm_id, "data": data},
            parent=cause["parent_header"],
        )
        self.client.shell_channel.send(msg)
