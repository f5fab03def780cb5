"""An endpoint that speaks OpenAI's API, so that any client can talk to one's own model.

    models = Models({"assistant": Speaker(model, box)})
    Endpoint(models, port=8000).serve_forever()

`requests` reads what is asked, `answering` lets a model answer, one request at a time,
`replies` writes the JSON, `callers` says who may ask, `server` is the HTTP.
"""

from course_lib.serve.answering import Answering, Delta, Models, Turns
from course_lib.serve.requests import Request, RequestError, read_chat, read_plain
from course_lib.serve.server import Endpoint

__all__ = [
    "Answering",
    "Delta",
    "Endpoint",
    "Models",
    "Request",
    "RequestError",
    "Turns",
    "read_chat",
    "read_plain",
]
