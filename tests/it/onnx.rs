//! Small ONNX models, written field by field as protobuf has it.

use std::path::Path;

/// A model with one graph.
#[derive(Default)]
pub struct Model {
    nodes: Vec<Vec<u8>>,
    inputs: Vec<Vec<u8>>,
    outputs: Vec<Vec<u8>>,
    constants: Vec<Vec<u8>>,
}

/// A number of an input's or output's shape; 0 is any.
type Dims<'a> = &'a [i64];

const FLOAT: u64 = 1;
const UINT8: u64 = 2;

impl Model {
    pub fn input(mut self, name: &str, dims: Dims<'_>) -> Self {
        self.inputs.push(value(name, FLOAT, dims));
        self
    }

    pub fn input_of_bytes(mut self, name: &str, dims: Dims<'_>) -> Self {
        self.inputs.push(value(name, UINT8, dims));
        self
    }

    pub fn output(mut self, name: &str, dims: Dims<'_>) -> Self {
        self.outputs.push(value(name, FLOAT, dims));
        self
    }

    /// A constant of floats.
    pub fn constant(mut self, name: &str, dims: Dims<'_>, values: &[f32]) -> Self {
        let mut tensor = Vec::new();
        for dim in dims {
            number(&mut tensor, 1, *dim as u64);
        }
        number(&mut tensor, 2, FLOAT);
        bytes(&mut tensor, 8, name.as_bytes());
        let raw: Vec<u8> = values.iter().flat_map(|it| it.to_le_bytes()).collect();
        bytes(&mut tensor, 9, &raw);
        self.constants.push(tensor);
        self
    }

    pub fn node(
        mut self,
        operator: &str,
        inputs: &[&str],
        output: &str,
        attributes: &[(&str, Attribute)],
    ) -> Self {
        let mut node = Vec::new();
        for input in inputs {
            bytes(&mut node, 1, input.as_bytes());
        }
        bytes(&mut node, 2, output.as_bytes());
        bytes(&mut node, 3, format!("node of {output}").as_bytes());
        bytes(&mut node, 4, operator.as_bytes());
        for (name, value) in attributes {
            let mut attribute = Vec::new();
            bytes(&mut attribute, 1, name.as_bytes());
            match value {
                Attribute::Int(int) => {
                    number(&mut attribute, 3, *int as u64);
                    number(&mut attribute, 20, 2);
                }
                Attribute::Ints(ints) => {
                    for int in *ints {
                        number(&mut attribute, 8, *int as u64);
                    }
                    number(&mut attribute, 20, 7);
                }
            }
            bytes(&mut node, 5, &attribute);
        }
        self.nodes.push(node);
        self
    }

    pub fn save(self, path: &Path) {
        let Self {
            nodes,
            inputs,
            outputs,
            constants,
        } = self;
        let mut graph = Vec::new();
        for (field, parts) in [(1, nodes), (5, constants), (11, inputs), (12, outputs)] {
            for part in parts {
                bytes(&mut graph, field, &part);
            }
        }
        bytes(&mut graph, 2, b"graph");
        let mut operators = Vec::new();
        number(&mut operators, 2, 13);
        let mut model = Vec::new();
        number(&mut model, 1, 7);
        bytes(&mut model, 7, &graph);
        bytes(&mut model, 8, &operators);
        std::fs::write(path, model).unwrap();
    }
}

pub enum Attribute {
    Int(i64),
    Ints(&'static [i64]),
}

fn value(name: &str, kind: u64, dims: Dims<'_>) -> Vec<u8> {
    let mut shape = Vec::new();
    for dim in dims {
        let mut written = Vec::new();
        match *dim {
            0 => bytes(&mut written, 2, b"N"),
            dim => number(&mut written, 1, dim as u64),
        }
        bytes(&mut shape, 1, &written);
    }
    let mut tensor = Vec::new();
    number(&mut tensor, 1, kind);
    bytes(&mut tensor, 2, &shape);
    let mut of = Vec::new();
    bytes(&mut of, 1, &tensor);
    let mut value = Vec::new();
    bytes(&mut value, 1, name.as_bytes());
    bytes(&mut value, 2, &of);
    value
}

fn number(to: &mut Vec<u8>, field: u64, value: u64) {
    varint(to, field << 3);
    varint(to, value);
}

fn bytes(to: &mut Vec<u8>, field: u64, value: &[u8]) {
    varint(to, field << 3 | 2);
    varint(to, value.len() as u64);
    to.extend_from_slice(value);
}

fn varint(to: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        to.push(value as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}
