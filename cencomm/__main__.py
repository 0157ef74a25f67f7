"""`cencomm` and `python -m cencomm`: the command line, assembled from each package's commands."""

from cencomm.client.cli import main

if __name__ == "__main__":
    main()
