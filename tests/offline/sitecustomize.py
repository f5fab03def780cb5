"""Cut the network in every Python that starts with this folder on its path.

Python imports `sitecustomize` by itself at start-up. Kernels under test get this
folder on `PYTHONPATH`, and so does every Python that a chapter starts.
"""

from no_network import cut

cut()
