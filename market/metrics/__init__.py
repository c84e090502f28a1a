"""Prometheus metrics of all processes of the house, answered by whichever of them is asked.

Several WSGI workers, the ASGI process and the task workers count side by side. They use the Prometheus client's
multiprocess files (a file of counts for each process, added up when somebody asks): no further listener or port, and
a count outlives the process that made it. `folder` says which files belong to the living.

`folder` the files · `registry` the client set up to use them · `requests`, `tasks`, `pool` what is counted as it
happens · `collectors` what is looked up when asked · `views` the answer.
"""
