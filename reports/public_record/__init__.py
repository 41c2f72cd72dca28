"""The public record: fifteen CSV files of reported negotiations and outcomes, read in and written out again.

``importing`` reads a folder into the models, ``exporting`` writes the models back into the same shape. The way
there: ``reading`` (bytes to rows), ``checking`` (refusals in words, before anything is written), then one module for
each group of files, all of which write through ``desk``.
"""
