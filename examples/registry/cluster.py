"""A registry on a Dask cluster: `python cluster.py patients.csv answers.csv`.

The work is `answer_batch`, a pure function from an Arrow record batch to an Arrow record
batch. Spark's `mapInArrow` takes its companion for iterators, `answer_batches`, unchanged;
Ray Data's `map_batches` with `batch_format="pyarrow"` takes tables of one batch.
"""

import sys

import pyarrow as pa
import pyarrow.csv as csv
from distributed import Client, LocalCluster

from crcasp.registry.run import answer_batch

ROWS = 100  # of one batch; some 50,000 where there are many


def main(source: str, output: str) -> None:
    """Answer the rows of one CSV file on two workers."""
    header = csv.read_csv(source).column_names
    as_text = csv.ConvertOptions(column_types=dict.fromkeys(header, pa.string()))
    table = csv.read_csv(source, convert_options=as_text).combine_chunks()
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        answers = client.gather(client.map(answer_batch, table.to_batches(ROWS)))
        workers = len(client.scheduler_info()["workers"])
    csv.write_csv(pa.Table.from_batches(answers), output)
    print(f"{table.num_rows} rows answered by {workers} workers")


if __name__ == "__main__":
    main(*sys.argv[1:])
