//! The orders of an account in the sequence they were placed, found by number at once.

use std::collections::HashMap;

use serde::{Deserialize, Serialize, Serializer};

use super::Order;

/// Orders, oldest first. None is ever removed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Vec<Order>")]
pub(crate) struct Orders {
    list: Vec<Order>,
    by_order_number: HashMap<String, usize>,
    by_request_number: HashMap<String, usize>,
}

impl Orders {
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Order> {
        self.list.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> std::slice::IterMut<'_, Order> {
        self.list.iter_mut()
    }

    pub(crate) fn push(&mut self, order: Order) {
        let position = self.list.len();
        if let Some(number) = &order.order_number {
            self.by_order_number.insert(number.clone(), position);
        }
        self.by_request_number
            .insert(order.request_number.clone(), position);
        self.list.push(order);
    }

    /// Gives an order number to a draft that is being submitted.
    pub(crate) fn number_draft(&mut self, request_number: &str, order_number: String) {
        let Some(&position) = self.by_request_number.get(request_number) else {
            return;
        };
        if let Some(order) = self.list.get_mut(position) {
            order.order_number = Some(order_number.clone());
            self.by_order_number.insert(order_number, position);
        }
    }

    pub(crate) fn by_order_number_mut(&mut self, number: &str) -> Option<&mut Order> {
        let position = *self.by_order_number.get(number)?;
        self.list.get_mut(position)
    }

    pub(crate) fn by_request_number_mut(&mut self, number: &str) -> Option<&mut Order> {
        let position = *self.by_request_number.get(number)?;
        self.list.get_mut(position)
    }

    /// By order number, else by request number: for the control API only.
    pub(crate) fn by_any_number_mut(&mut self, number: &str) -> Option<&mut Order> {
        let position = *self
            .by_order_number
            .get(number)
            .or_else(|| self.by_request_number.get(number))?;
        self.list.get_mut(position)
    }
}

impl From<Vec<Order>> for Orders {
    fn from(list: Vec<Order>) -> Self {
        let mut orders = Self::default();
        for order in list {
            orders.push(order);
        }
        orders
    }
}

impl Serialize for Orders {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.list.serialize(serializer)
    }
}
