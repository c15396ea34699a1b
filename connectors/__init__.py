"""One file per outside system will live here; none speaks yet. They know neither screens nor jobs,
and reach the network only through `transport`.
"""
